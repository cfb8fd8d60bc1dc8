"""Analyses questions, corrects their spelling, and finds passages by dense and lexical search."""
