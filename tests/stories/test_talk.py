"""Whoever talks to the bot as to a person hears what comes next."""

from __future__ import annotations

from tests.stories.cast import Cast


async def test_a_guardian_who_knows_no_commands_reads_and_signs(cast: Cast) -> None:
    await cast.stage.fire("parent-letter")
    await cast.visitor.says("您好，请问这是什么")
    cast.visitor.hears("不绑定也能用", "不知道就问班主任")
    await cast.visitor.send_picture("MEDIA")
    cast.visitor.hears("还不认识您")
    await cast.visitor.says("人工")
    cast.visitor.hears("请直接找", "内线8110")
    await cast.visitor.says("綁定许兰 P1。")
    cast.visitor.hears("您是许兰")
    for words in ("怎么签？", "老師我不會", "信在哪里", "我的。"):
        await cast.visitor.says(words)
        cast.visitor.hears("您有1件待办", "林小满", "林小路", "打开：给家长的一封信")
    page = await cast.visitor.visit(cast.visitor.bubbles[-1].links[0].href)
    assert "您有2个孩子要签收这封信" in page.text
    assert "林小满（软件2301）" in page.text
    await cast.visitor.says("答题")
    await cast.visitor.says("不知道")
    cast.visitor.hears("不会也没关系")
    await cast.visitor.says("怎么签")
    cast.visitor.hears("您有1件待办")
    await cast.visitor.says("退出")
    await cast.visitor.says("簽收，谢谢老师！")
    cast.visitor.hears("已签收2份回执", "我的回执")
    await cast.visitor.says("爸爸也要签吗？")
    cast.visitor.hears("有一位家长签收就够")
    await cast.visitor.says("这封信是真的吗")
    cast.visitor.hears("验真码")
    await cast.visitor.says("我不是他妈妈")
    cast.visitor.hears("请老师核对", "苏老师")
    await cast.visitor.says("老师，都签好了")
    cast.visitor.hears("都办好了")
    await cast.visitor.says("签收")
    cast.visitor.hears("现在没有等您办的这件事")
    await cast.visitor.says("恢復")
    cast.visitor.hears("每月最多2条")


async def test_a_student_talks_in_the_middle_of_a_test(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("收到，谢谢老师")
    cast.lin.hears("好的")
    await cast.lin.says("我做完了")
    cast.lin.hears("我这里记着，您有1件待办", "发「答题」")
    await cast.lin.says("開始答題")
    await cast.lin.says("谢谢")
    cast.lin.hears("不客气", "继续")
    for words in ("这题我不会", "不知道"):
        await cast.lin.says(words)
        cast.lin.hears("不会也没关系", "A/B")
    await cast.lin.says("哈哈哈")
    cast.lin.hears("先停在第1题")
    await cast.lin.says("好的")
    cast.lin.hears_nothing()
    await cast.lin.says("在吗")
    cast.lin.hears("我是反诈课代表", "继续")


async def test_a_teacher_names_a_pupil_as_teachers_do(cast: Cast) -> None:
    await cast.stage.fire("parent-letter")
    await cast.stage.fire("term-test")
    await cast.su.says("催办 软件2301班")
    await cast.stage.settle()
    reminded = cast.mother.received("提醒一下：给家长的一封信还没完成")
    page = await cast.mother.visit(reminded.articles[0].url)
    assert "登录后签收（学校通知）" in page.text
    await cast.su.says("登记 周一诺 测试 当面")
    cast.su.hears("已记「当面」", "尾号1002")
    await cast.su.says("登记 1001 一封信 电话")
    cast.su.hears("已记「电话」", "尾号1001")
    await cast.su.says("登记 林小路 一封信 电话")
    cast.su.hears("没有这个编号或姓名")
    await cast.su.says("把没签的名单发到班级群")
    cast.su.hears("不能在群里点名", "有困难找我")
    await cast.su.says("人工")
    cast.su.hears("反诈联络员")
    await cast.su.says("谁没签")
    cast.su.hears("登记 尾号 活动")
