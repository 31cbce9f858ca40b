//! Floor 2: the Pod Security Standards, on declarations and on observed values.
