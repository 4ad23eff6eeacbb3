"""Both platforms pretended on the wire, and the phones that hang on them.

    world, corp, account, clock   the pretended world as values
    wecom_api/, wechat_api/       the real paths, with the real answers and the real limits
    crypto, xml, replies          the callback envelope, written apart from bot/platforms
    callbacks, lines              what a person does, delivered to the bot
    bubble, card, phone           what a person sees
    authorize, browser            web login
    subscribe                     the JS-SDK's tag for 订阅通知
    faults, quota, media, wire    misbehaviour, ledgers, files, what crossed the wire
    simulation, server, page_api  everything put together; page/ is what a browser shows

It knows nothing of the bot: only addresses, secrets and the wire.
"""
