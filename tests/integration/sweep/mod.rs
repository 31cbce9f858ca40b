//! Sweeps of machines made of files, and of real containers.

mod captured;
mod differing;
mod kata;
mod live;
mod named;
mod placed;
mod repeated;
mod schema;
mod tree;
