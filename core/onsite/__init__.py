"""At work: judging photos with a package, and keeping the record of what was decided."""
