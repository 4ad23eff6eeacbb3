"""One weekly reminder, one script and one fraud card."""

WEEKLY = """\
---
id: college-06
title: 刷单：前几单到账是诱饵
audience: [大学]
topic: 刷单返利
source: 公安部公布的高发类型（2025年）
review_by: 2027-09-01
season: [6, 8-10]
scene:
  stem: 群里做任务，第三单要先垫钱。怎么办？
  options: {A: 停手不垫, B: 再做一单, C: 找同学一起}
  answer: A
  why: 垫钱就停，越补越多。
---

先返几元小钱，是为了让你垫大钱。
先停手，再问同学老师；已经转了，马上打110。
"""

SCRIPT = """\
---
id: sixty-01
title: 扫码领皮肤
audience: [小学]
topic: 免费皮肤
source: 地方公安机关公开通报（2025年）
review_by: 2027-09-01
season: [1-40]
scene: {stem: 可以先领了再说。, answer: false, why: 先问家长。}
---
免费还要扫码进群，先停一停，问问家长。
"""

CARD = """\
---
id: card-t01
title: 刷单返利
audience: [大学]
topic: 刷单返利
source: 公安部（2025年）
review_by: 2027-09-01
keywords: [垫付, 返利]
signs: [先返小钱]
do: [停手，打110]
believed:
- {wrong: 到账了就是真的, right: 那是诱饵}
---
做任务先垫钱，就是刷单。
"""
