"""The API of WeCom (企业微信) below ``/wecom``: real paths, real JSON, real limits."""
