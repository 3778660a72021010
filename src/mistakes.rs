//! Errors that name every mistake at once.

use std::fmt;

/// Writes mistakes one behind the other.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, mistakes: &[impl fmt::Display]) -> fmt::Result {
    for (at, mistake) in mistakes.iter().enumerate() {
        write!(f, "{}{mistake}", if at > 0 { "; " } else { "" })?;
    }
    Ok(())
}
