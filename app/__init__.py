"""The service: annotators vote, researchers submit clips, admins run studies."""
