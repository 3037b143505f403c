"""pynetdicom as an SCP: dicom_receive.py PORT FOLDER [CERT KEY] says `listening` and writes each data set to FOLDER/UID."""

import os
import ssl
import sys

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt
from pynetdicom.sop_class import Verification

port, folder, identity = int(sys.argv[1]), sys.argv[2], sys.argv[3:5]


def store(event):
    with open(os.path.join(folder, event.request.AffectedSOPInstanceUID), "wb") as file:
        file.write(event.request.DataSet.getvalue())
    return 0x0000


entity = AE(ae_title="PYNETDICOM")
entity.add_supported_context(Verification)
for context in AllStoragePresentationContexts:
    entity.add_supported_context(context.abstract_syntax, ALL_TRANSFER_SYNTAXES)
tls = None
if identity:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*identity)
server = entity.start_server(("127.0.0.1", port), block=False, ssl_context=tls, evt_handlers=[(evt.EVT_C_STORE, store)])
print("listening", flush=True)
sys.stdin.read()
server.shutdown()
