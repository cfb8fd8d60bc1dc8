"""The steps, first to last by `down_revision`."""
