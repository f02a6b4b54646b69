import asyncio


async def run(admin_url: str) -> None:
    await asyncio.sleep(3600)
