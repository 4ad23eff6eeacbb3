"""Sentences that belong to no single room."""

from __future__ import annotations

SORRY = "刚才出了点小问题，您的进度没有丢。请稍后再发一次。"
NOT_FOUND = "没看懂。发「帮助」看看我能做什么。"
