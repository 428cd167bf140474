"""The space two people share: where they stand, what they agreed, how it pauses, goes on and ends well."""
