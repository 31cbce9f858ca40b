//! Many containers at once: one row each, worst first.

mod cells;
mod column;
mod html;
mod policy;
mod prometheus;
mod row;
mod table;

pub use column::Column;
pub use html::html;
pub use policy::container_report;
pub use prometheus::prometheus;
pub use row::{Row, node_name};
pub use table::table;
