//! Sweeps of machines made of files, and of real containers.

mod captured;
mod differing;
mod kata;
mod live;
mod misnamed;
mod named;
mod node_facts;
mod placed;
mod repeated;
mod schema;
mod shown;
mod tree;
