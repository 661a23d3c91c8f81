"""What the tests share: a cast of tenants and people, a token maker, a visitor."""
