//! The manifests of deploy/: what Kubernetes's own types know, and no stricter a level than
//! the sweep needs.

mod chart;
mod manifests;
