//! Sweeps of machines made of files, and of real containers.

mod differing;
mod live;
mod named;
mod placed;
mod repeated;
mod schema;
mod tree;
