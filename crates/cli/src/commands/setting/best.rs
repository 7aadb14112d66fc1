//! `swap --best`: the flow goes on with the API that offers most.

use std::sync::Arc;

use countersign::{Chooser, FlowError, Order, QuoteFailure, Quoted, SwapApi, SwapRequest, best};

use super::Setting;
use crate::arguments::{ApiName, Asking};
use crate::commands::quote::{Table, failed, tell_choice};
use crate::connection::SetupError;
use crate::exit::Failure;

impl Setting {
    /// Asks every API and takes the best offer that policy allows; or, for a swap that was begun
    /// before, the API that it was begun with.
    pub(crate) async fn choose(
        self,
        request: &SwapRequest,
        asking: Asking,
        begun_with: Option<ApiName>,
    ) -> Result<Self, Failure> {
        if let Some(name) = begun_with {
            return Ok(self.go_on_with(name)?);
        }
        let order = Order::new(request, &self.registry).map_err(FlowError::from)?;
        let policy = self.config.policy().map_err(FlowError::from)?;
        let chooser = Chooser::new(&self.registry).policy(&policy).patience(asking.quote_timeout);
        let apis: Vec<&dyn SwapApi> = self.apis.iter().map(Arc::as_ref).collect();
        let answers = chooser.quotes(&apis, &order).await;
        Table::new(&order, &answers).say();
        let Some(choice) = best(&answers) else { return Err(none(answers)) };
        tell_choice(&order, &choice);
        let chosen = self.apis.get(choice.place).map(Arc::clone).ok_or(SetupError::NoApi)?;
        let builder = self.builder.api(chosen);
        let builder = builder.chosen(choice.with_floor(order), choice.priced.offer.clone());
        Ok(Self { builder, ..self })
    }

    fn go_on_with(self, name: ApiName) -> Result<Self, SetupError> {
        let found = self.apis.iter().find(|api| api.name() == name.as_str()).map(Arc::clone);
        let missing = || {
            let name = name.as_str();
            SetupError::Argument(format!(
                "the swap was begun with {name}, which nothing is known of"
            ))
        };
        let builder = self.builder.api(found.ok_or_else(missing)?);
        Ok(Self { builder, ..self })
    }
}

/// Makes the failure of it all: what the first API was refused for, where it was.
fn none(answers: Vec<Quoted>) -> Failure {
    let mut failures = answers.into_iter().filter_map(|quoted| quoted.answer.err());
    let refused = |failure: &QuoteFailure| !failure.violations().is_empty();
    let first = failures.next();
    let told = match first {
        Some(failure) if refused(&failure) => Some(failure),
        first => failures.find(refused).or(first),
    };
    told.map_or_else(|| SetupError::NoApi.into(), failed)
}
