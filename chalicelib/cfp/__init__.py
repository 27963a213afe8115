"""Calls for papers, proposals, reviews, speakers who accept."""
