use countersign::keys::Keyring;
use countersign::{Countersign, SwapRequest};

use crate::arguments::{ApiName, Swap, Trade};
#[cfg(feature = "sandbox")]
use crate::commands::sandbox::{self, Recipes};
use crate::commands::setting::{self, Live, Over, Place, Refunds, Setting};
use crate::connection::SetupError;
use crate::exit::Failure;
use crate::keyring;

/// Who swaps what with whom.
pub(super) struct Subject {
    pub(super) countersign: Countersign,
    pub(super) request: SwapRequest,
    pub(super) place: Place,
}

/// Where the history of a swap is kept.
#[derive(Clone, Copy, Default)]
pub(super) struct Keeping {
    pub(super) with_journal: bool,
    /// The API that the swap was begun with, where the journal has it already.
    pub(super) begun_with: Option<ApiName>,
}

impl Subject {
    /// Sets up a swap; with a journal, that keeps the recipes of refunds, and takes coins back.
    pub(super) async fn new(arguments: &Swap, keeping: Keeping) -> Result<Self, Failure> {
        #[cfg(feature = "sandbox")]
        if arguments.sandbox {
            return Self::with_sandbox(arguments, keeping).await;
        }
        let trade = &arguments.trade;
        let keyring = keyring::if_named(&arguments.keyring).await?;
        let live = live(arguments, keyring.as_ref())?;
        let setting = Setting::live(live, Some(&trade.from().network))?;
        let recipient = arguments.recipient.clone().ok_or(SetupError::Missing("--recipient"))?;
        let request = request(arguments, trade, &setting, recipient)?;
        let setting = chosen(arguments, setting, &request, keeping).await?;
        let folder = arguments.refund_dir.as_ref();
        let refunds = if keeping.with_journal {
            setting::beside_journal(folder)
        } else {
            Some(Refunds::in_folder(folder.cloned().unwrap_or_default()))
        };
        let (countersign, place) = setting.build(refunds)?;
        Ok(Self { countersign, request, place })
    }

    #[cfg(feature = "sandbox")]
    async fn with_sandbox(arguments: &Swap, keeping: Keeping) -> Result<Self, Failure> {
        let trade = &sandbox::trade(&arguments.trade, &arguments.api, arguments.hostile)?;
        let recipes = (!keeping.with_journal).then(Recipes::default);
        let setting = Setting::sandbox(arguments, trade, recipes.as_ref()).await?;
        let new = || setting.place.new_recipient(&trade.to().network);
        let recipient = arguments.recipient.clone().or_else(new).unwrap_or_default();
        let request = request(arguments, trade, &setting, recipient)?;
        setting.fund([&request])?;
        let setting = chosen(arguments, setting, &request, keeping).await?;
        let folder = arguments.refund_dir.as_ref();
        let refunds = match recipes {
            Some(recipes) => Some(Refunds::at_hand(recipes, folder.cloned())),
            None => setting::beside_journal(folder),
        };
        let (countersign, place) = setting.build(refunds)?;
        Ok(Self { countersign, request, place })
    }
}

/// Takes the best of the APIs, where it is asked for.
async fn chosen(
    arguments: &Swap,
    setting: Setting,
    request: &SwapRequest,
    keeping: Keeping,
) -> Result<Setting, Failure> {
    if !arguments.choosing.best {
        return Ok(setting);
    }
    setting.choose(request, arguments.choosing.asking, keeping.begun_with).await
}

/// Returns by what a live swap is set up.
pub(super) fn live<'a>(
    arguments: &'a Swap,
    keyring: Option<&'a Keyring>,
) -> Result<Live<'a>, SetupError> {
    #[cfg(feature = "sandbox")]
    if arguments.hostile.is_any() {
        return Err(SetupError::Missing(
            "--sandbox with --tamper, --fault, --typed-data or --resolver-fails",
        ));
    }
    let missing = SetupError::Missing;
    Ok(Live {
        registry: arguments.config.registry.as_ref().ok_or(missing("--registry"))?,
        policy: arguments.config.policy.as_ref().ok_or(missing("--policy"))?,
        key_files: &arguments.key_files,
        keyring,
        chains: &arguments.chains,
        api: &arguments.api,
        over: if arguments.choosing.best { Over::All } else { Over::One },
    })
}

fn request(
    arguments: &Swap,
    trade: &Trade,
    setting: &Setting,
    recipient: String,
) -> Result<SwapRequest, SetupError> {
    let (network, given) = (trade.from().network, arguments.owner.as_deref());
    let owner = setting.payer(&network, given, &arguments.api)?;
    Ok(SwapRequest {
        from: trade.from(),
        to: trade.to(),
        amount: trade.amount().to_owned(),
        min_out: arguments.min_out.clone(),
        slippage: trade.slippage,
        refund_address: arguments.refund_address.clone().unwrap_or_else(|| owner.clone()),
        owner,
        recipient,
        coins: None,
    })
}
