"""The PoC report: one page for who signs, an appendix for who rebuilds it; as HTML and as PDF."""
