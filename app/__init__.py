"""The wizard: a window around `core`. It never imports torch; the engine works in a process of its own."""
