//! Floor 3: renderers.
