"""A layout learnt from a language model: asked for, judged, kept."""
