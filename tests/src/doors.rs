//! What the facade's types keep from compiling. Each example that fails has a twin above it that
//! compiles and differs from it in one expression.
//!
//! A signature takes a reservation, and no earlier step will do:
//!
//! ```
//! use countersign::{Countersign, FlowError, Signed, SwapRequest};
//! async fn run(flow: &Countersign, request: &SwapRequest) -> Result<Signed, FlowError> {
//!     let reserved = countersign_tests::until_reserved(flow, request).await?;
//!     flow.sign(&reserved).await
//! }
//! ```
//! ```compile_fail,E0308
//! use countersign::{Countersign, FlowError, Signed, SwapRequest};
//! async fn run(flow: &Countersign, request: &SwapRequest) -> Result<Signed, FlowError> {
//!     let reserved = countersign_tests::until_verified(flow, request).await?;
//!     flow.sign(&reserved).await
//! }
//! ```
//!
//! A reservation takes evidence that was reviewed:
//!
//! ```
//! use countersign::{Countersign, FlowError, Reserved, SwapRequest};
//! async fn run(flow: &Countersign, request: &SwapRequest) -> Result<Reserved, FlowError> {
//!     let verified = countersign_tests::until_verified(flow, request).await?;
//!     flow.reserve(flow.review(verified).await?).await
//! }
//! ```
//! ```compile_fail,E0308
//! use countersign::{Countersign, FlowError, Reserved, SwapRequest};
//! async fn run(flow: &Countersign, request: &SwapRequest) -> Result<Reserved, FlowError> {
//!     let verified = countersign_tests::until_verified(flow, request).await?;
//!     flow.reserve(verified).await
//! }
//! ```
//!
//! A step that was taken can't be taken again:
//!
//! ```
//! use countersign::{Countersign, FlowError, Verified};
//! async fn run(flow: &Countersign, verified: Verified) -> Result<(), FlowError> {
//!     let digest = verified.evidence().digest();
//!     let _once = flow.reserve(flow.review(verified).await?).await?;
//!     drop(digest);
//!     Ok(())
//! }
//! ```
//! ```compile_fail,E0382
//! use countersign::{Countersign, FlowError, Verified};
//! async fn run(flow: &Countersign, verified: Verified) -> Result<(), FlowError> {
//!     let digest = verified.evidence().digest();
//!     let _once = flow.reserve(flow.review(verified).await?).await?;
//!     drop(verified);
//!     Ok(())
//! }
//! ```
//!
//! Nobody but the flow puts a reservation and evidence together:
//!
//! ```
//! use countersign::{Reserved, Verified, approval::Reservation};
//! fn run(_: Verified, _: Reservation, reserved: Reserved) -> Reserved {
//!     reserved
//! }
//! ```
//! ```compile_fail,E0451
//! use countersign::{Reserved, Verified, approval::Reservation};
//! fn run(verified: Verified, reservation: Reservation, _: Reserved) -> Reserved {
//!     Reserved { verified, reservation }
//! }
//! ```
