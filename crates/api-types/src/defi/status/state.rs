use std::fmt;

use crate::defi::Profile;
use crate::read::Form;

/// How far a swap is.
///
/// Three vocabularies are read: the API's own, the one of the protocol under it, and the labels
/// of that protocol's wallet. Where a label covers two statuses it is read as the later one, so
/// that nobody takes funds for unmoved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The intent was created and not yet approved.
    Created,
    /// An approval was added.
    Approved,
    /// The resolver accepted the intent.
    Verified,
    /// The resolver declined the intent.
    Failed,
    /// The funds were moved into the escrow.
    Deposited,
    /// The destination was paid.
    Finished,
    /// The intent ended before it was executed.
    Expired,
    /// A refund was asked for.
    RefundRequested,
    /// The funds were returned.
    Refunded,
    /// Less was deposited than the swap takes: it can be topped up until its deadline.
    Incomplete,
    /// A status that this version doesn't know, by its name.
    Unknown(String),
}

/// The name of a status.
pub(super) const STATUS: Form<Status> = Form::new("the name of a status", |value| {
    value.as_str().filter(|name| !name.is_empty()).map(Status::from_name)
});

impl Status {
    /// Reads a name, in any of the forms that the API has used.
    pub fn from_name(name: &str) -> Self {
        match name {
            "Created" | "Initiated" => Self::Created,
            "Approved" | "ApprovalAdded" | "Submitted" => Self::Approved,
            "Verified" | "Accepted" => Self::Verified,
            "Failed" | "Declined" | "DeclinedDueToKytCheck" => Self::Failed,
            "Deposited" | "UserDeposited" | "KycRequested" | "Executing" => Self::Deposited,
            "Finished" | "Fulfilled" | "Completed" => Self::Finished,
            "Expired" | "Lapsed" => Self::Expired,
            "RefundRequested" | "Refunding" => Self::RefundRequested,
            "Refunded" => Self::Refunded,
            "Incomplete" => Self::Incomplete,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the API's own name of the status.
    pub fn name(&self) -> &str {
        match self {
            Self::Created => "Created",
            Self::Approved => "Approved",
            Self::Verified => "Verified",
            Self::Failed => "Failed",
            Self::Deposited => "Deposited",
            Self::Finished => "Finished",
            Self::Expired => "Expired",
            Self::RefundRequested => "RefundRequested",
            Self::Refunded => "Refunded",
            Self::Incomplete => "Incomplete",
            Self::Unknown(name) => name,
        }
    }

    /// Returns the name that a profile has: G0 has the words of the protocol under the API.
    pub fn name_in(&self, profile: Profile) -> &str {
        if profile != Profile::G0 {
            return self.name();
        }
        match self {
            Self::Created => "Initiated",
            Self::Approved => "ApprovalAdded",
            Self::Verified => "Accepted",
            Self::Failed => "Declined",
            Self::Deposited => "UserDeposited",
            Self::Finished => "Fulfilled",
            Self::Expired
            | Self::RefundRequested
            | Self::Refunded
            | Self::Incomplete
            | Self::Unknown(_) => self.name(),
        }
    }

    /// Says whether no other status follows. An unknown one may be followed.
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Failed | Self::Finished | Self::Expired | Self::Refunded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&crate::excerpt(self.name(), 64))
    }
}
