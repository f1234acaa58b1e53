"""A local Instagram: the Graph API's shape over HTTP, a world of trends and an audience that answers."""
