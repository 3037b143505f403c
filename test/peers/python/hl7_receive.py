"""python hl7 as a receiver: hl7_receive.py PORT [CERT KEY] says `listening`, then MSH-10 of each message that it answers AA."""

import asyncio
import ssl
import sys

from hl7.mllp import start_hl7_server


async def serve(reader, writer):
    try:
        while not reader.at_eof():
            message = await reader.readmessage()
            print(message.segment("MSH")[10], flush=True)
            writer.writemessage(message.create_ack())
            await writer.drain()
    except asyncio.IncompleteReadError:
        pass
    finally:
        writer.close()


async def main(port, identity):
    tls = None
    if identity:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*identity)
    server = await start_hl7_server(serve, "127.0.0.1", port, ssl=tls, encoding="utf-8", limit=2**22)
    print("listening", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2:4]))
