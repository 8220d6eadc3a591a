"""One file a version, named v<revision>_<words>.py; a file that has been released is never changed."""
