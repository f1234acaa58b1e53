"""The engine that writes with a language model, over the Chat Completions API of OpenAI or of a server that is compatible with it."""
