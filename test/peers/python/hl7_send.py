"""python hl7 as a sender: hl7_send.py PORT CA|- FILE... prints MSA-1 and MSA-2 of each answer, one a line."""

import asyncio
import ssl
import sys

import hl7
from hl7.mllp import open_hl7_connection


async def main(port, authority, files):
    tls = None if authority == "-" else ssl.create_default_context(cafile=authority)
    host = "127.0.0.1"
    reader, writer = await open_hl7_connection(host, port, ssl=tls, encoding="utf-8", limit=2**22)
    for file in files:
        with open(file, encoding="utf-8", newline="") as text:
            message = hl7.parse(text.read())
        writer.writemessage(message)
        await writer.drain()
        answer = await asyncio.wait_for(reader.readmessage(), timeout=30)
        msa = answer.segment("MSA")
        print(msa[1], msa[2], flush=True)
    writer.close()
    await writer.wait_closed()


asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
