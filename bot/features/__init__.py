"""What the bot does for members, a module each. `setup(bot)` adds a feature to the bot."""
