"""What the bot does on Discord, a module each; `bot.app` adds every one by its `setup(bot)`."""
