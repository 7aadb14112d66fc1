use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::http_client::{DefiClient, RsaAuth};
use countersign::units::Bps;
use countersign::{
    Config, Countersign, DefiApi, FlowError, Reserved, SwapRequest, TrackOptions, Verified,
};
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

use crate::{Counter, Funds, Recipes};

mod chains;

/// How a swap with a sandbox whose steps are short is followed.
pub const SHORT: TrackOptions = TrackOptions {
    first_wait: Duration::from_millis(5),
    longest_wait: Duration::from_millis(40),
    deadline: Duration::from_secs(30),
};

/// A sandbox, an account of it whose key is counted, and a recipient.
#[derive(Debug)]
pub struct Scene {
    /// The counterparty.
    pub sandbox: Sandbox,
    /// In which dialect it is spoken to.
    pub profile: Profile,
    /// Who pays.
    pub account: Account,
    /// Who is paid, by the network's name of the destination.
    pub recipient: String,
    /// How often the account's key was asked to sign.
    pub signatures: Counter,
    /// The source, as `TOKEN@network`.
    pub from: String,
    /// The destination, as `TOKEN@network`.
    pub to: String,
    /// What was kept of refunds on Bitcoin.
    pub recipes: Recipes,
    /// Whether flows have a view of the source chain; without one they ask for no facts.
    pub sees_chain: bool,
}

const USDC: &str = "USDC@ethereum";

impl Scene {
    /// Starts a sandbox with short steps, where USDC is to be swapped.
    ///
    /// # Panics
    ///
    /// Panics if it does not start, or does not know the destination.
    pub async fn start(config: SandboxConfig, profile: Profile, to: &str) -> Self {
        Self::start_from(config, profile, USDC, to).await
    }

    /// Starts a sandbox where one token is to be swapped for another.
    ///
    /// # Panics
    ///
    /// Panics if it does not start, or does not know the tokens' networks.
    pub async fn start_from(config: SandboxConfig, profile: Profile, from: &str, to: &str) -> Self {
        let network = |token: &str| token.split_once('@').unwrap().1.to_owned();
        let sandbox = Sandbox::start(config).await.unwrap();
        let recipient = sandbox.new_recipient(&network(to)).unwrap();
        let funded = |account: &Account| account.network == network(from);
        let account = sandbox.accounts().into_iter().find(funded).unwrap();
        let (signatures, from, to) = (Counter::default(), from.to_owned(), to.to_owned());
        Self {
            sandbox,
            profile,
            account,
            recipient,
            signatures,
            from,
            to,
            recipes: Recipes::default(),
            sees_chain: true,
        }
    }

    /// Starts an honest sandbox in the first dialect, where USDC is to be swapped for SOL.
    pub async fn honest() -> Self {
        Self::start(short_steps(), Profile::G1, "SOL@solana").await
    }

    /// Acts as another account of the sandbox.
    ///
    /// # Panics
    ///
    /// Panics if there is none of that name.
    #[must_use]
    pub fn acting_as(mut self, name: &str) -> Self {
        let accounts = self.sandbox.accounts();
        self.account = accounts.into_iter().find(|account| account.name == name).unwrap();
        self
    }

    /// Takes the view of the chain away, and with it all facts.
    #[must_use]
    pub fn blind(mut self) -> Self {
        self.sees_chain = false;
        self
    }

    /// Returns a client with short deadlines.
    ///
    /// # Panics
    ///
    /// Panics if it can't be set up.
    pub fn api(&self) -> DefiApi {
        let client = DefiClient::builder(self.sandbox.url());
        let client = match self.sandbox.rsa_private_key_pem() {
            Some(pem) => client.signed_requests(RsaAuth::from_pem(&pem.into()).unwrap()),
            None => client.api_key(self.sandbox.api_key().into()),
        };
        let client = client
            .profile(self.profile)
            .attempt_deadline(Duration::from_secs(10))
            .total_deadline(Duration::from_secs(20));
        DefiApi::new(client.build().unwrap())
    }

    /// Returns the sandbox's own registry and policy.
    ///
    /// # Panics
    ///
    /// Panics if they can't be read.
    pub fn config(&self) -> Config {
        self.config_with(|_, _| {})
    }

    /// Returns the sandbox's registry and policy after a change of their texts.
    ///
    /// # Panics
    ///
    /// Panics if they can't be read any more.
    pub fn config_with(&self, change: impl FnOnce(&mut String, &mut String)) -> Config {
        let (mut registry, mut policy) = (self.sandbox.registry_toml(), self.sandbox.policy_toml());
        if !self.sees_chain {
            let lines = policy.lines().map(|line| {
                if line.starts_with("require_facts") { "require_facts = []" } else { line }
            });
            policy = lines.collect::<Vec<_>>().join("\n");
            // A pin that only a fact can be compared with would demand it.
            let lines = registry.lines().filter(|line| !line.starts_with("escrow_code_hash"));
            registry = lines.collect::<Vec<_>>().join("\n");
        }
        change(&mut registry, &mut policy);
        Config::from_toml(&registry, &policy).unwrap()
    }

    /// Asks for 100 of the source token to be swapped, for 0.005 BTC, or for 1 SOL or ETH.
    ///
    /// # Panics
    ///
    /// Panics if source or destination is no token on a network.
    pub fn request(&self) -> SwapRequest {
        SwapRequest {
            from: self.from.parse().unwrap(),
            to: self.to.parse().unwrap(),
            amount: match self.from.split_once('@') {
                Some(("BTC", _)) => "0.005",
                Some(("SOL" | "ETH", _)) => "1",
                _ => "100",
            }
            .to_owned(),
            min_out: None,
            slippage: Bps::new(50).unwrap(),
            owner: self.account.address.clone(),
            recipient: self.recipient.clone(),
            refund_address: self.account.address.clone(),
            coins: None,
        }
    }

    /// Reads what the payer and the recipient hold.
    pub fn funds(&self) -> Funds {
        Funds::of(&self.sandbox, &[&self.account.address, &self.recipient])
    }

    /// Asserts that no key was asked to sign and nothing ran on any chain.
    ///
    /// # Panics
    ///
    /// Panics if something did; `before` is what was held at the start.
    pub fn assert_untouched(&self, before: &Funds, what: &str) {
        assert_eq!(self.signatures.get(), 0, "{what}: a key was asked to sign");
        self.assert_unmoved(before, what);
    }

    /// Asserts that nothing ran on any chain.
    ///
    /// # Panics
    ///
    /// Panics if something did; `before` is what was held at the start.
    pub fn assert_unmoved(&self, before: &Funds, what: &str) {
        assert_eq!(self.sandbox.executions(), [], "{what}: something ran");
        assert_eq!(self.funds(), *before, "{what}: funds moved");
    }
}

/// A sandbox whose swaps take as good as no time.
pub fn short_steps() -> SandboxConfig {
    SandboxConfig { step: Duration::from_millis(2), ..SandboxConfig::default() }
}

/// Runs the steps up to and including `verify`.
///
/// # Errors
///
/// Returns the [`FlowError`] of the step that failed.
pub async fn until_verified(
    countersign: &Countersign,
    request: &SwapRequest,
) -> Result<Verified, FlowError> {
    let offered = countersign.quote(request).await?;
    let created = countersign.create(countersign.accept(offered)?).await?;
    countersign.verify(countersign.bind(created)?).await
}

/// Runs the steps up to and including `reserve`.
///
/// # Errors
///
/// Returns the [`FlowError`] of the step that failed.
pub async fn until_reserved(
    countersign: &Countersign,
    request: &SwapRequest,
) -> Result<Reserved, FlowError> {
    let verified = until_verified(countersign, request).await?;
    countersign.reserve(countersign.review(verified).await?).await
}
