"""The web service, in which annotators vote, researchers submit clips, and owners run studies."""
