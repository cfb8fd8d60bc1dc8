"""What the bot does on Discord, a module each; `bot.client` adds every one by its `setup(bot)`."""
