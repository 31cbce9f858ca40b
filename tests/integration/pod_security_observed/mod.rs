//! The standard on observed values: a container that keeps it, then one thing changed at a time.

mod changed;
mod fixture;
mod kept;
mod unread;

use amiconfined::confinement::Confinement;

/// One thing that is otherwise.
type Change = fn(&mut Confinement);
