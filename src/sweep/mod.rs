//! Floor 3: every container of a node, from the node.
//!
//! Every process is read lightly (status, cgroup, namespaces) and placed: by cgroup path
//! where one names a container, else by the namespaces that it does not share with the
//! node. Each container's first process is then observed in full, and what the runtime's
//! own state on disk says of it, and told it, is put beside that. No container is entered,
//! no runtime is spoken to, and no network is opened.

mod annotations;
mod filters;
mod first;
mod helpers;
mod host;
mod host_groups;
mod identity;
mod json;
mod look;
mod lxc;
mod nested;
mod node;
mod options;
mod paths;
mod place;
mod record;
mod restarts;
mod run;
mod sandboxes;
mod shared;
mod state;
mod status;
mod storage;
mod sweeper;
mod teller;
mod told;
mod traits;
mod view;
mod views;

pub use options::{Found, Options, Outcome, Progress, SweepError};
pub use run::sweep;
