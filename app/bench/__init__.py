"""What only the window can measure; `hikidashi bench` asks for it by name, for core knows no window."""
