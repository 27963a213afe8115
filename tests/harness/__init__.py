"""What several levels of tests share: the environment, the in-process client, builders."""
