"""From this folder to something an IT officer installs: freeze, leave out, collect licences, pack, try."""
