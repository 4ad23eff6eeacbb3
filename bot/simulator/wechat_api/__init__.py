"""The API of official accounts (公众号, 服务号) below ``/wechat``: real paths, real JSON, real limits."""
