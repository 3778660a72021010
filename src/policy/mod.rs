//! Rules as data, checked before they go live.
//!
//! A team lead writes a [`Document`]; [`Document::check`] names every mistake in it at once, each with its place, what
//! to do and a case that shows it; only a document without errors becomes a policy.

mod code;
mod date;
mod finding;
mod nearest;
mod node;
mod path;
mod reader;

pub use code::{Code, Severity};
pub use date::Date;
pub use finding::{Finding, Witness, Wording};
pub use node::Node;
pub use path::{DocPath, Step};
