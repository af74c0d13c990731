"""Who there is: units, clusters, people, the chats they are reached in, and audiences made of them."""
