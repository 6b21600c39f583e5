"""The board: change requests on their way, the sessions that authorise them, and go/no-go meetings."""
