"""pynetdicom as an SCU: dicom_send.py PORT CA|- FILE... echoes, stores each file, and prints each status, one a line."""

import ssl
import sys

from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import Verification

port, authority, files = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
data_sets = [dcmread(file) for file in files]
entity = AE(ae_title="PYNETDICOM")
entity.add_requested_context(Verification)
for sop_class, syntax in {(one.SOPClassUID, one.file_meta.TransferSyntaxUID) for one in data_sets}:
    entity.add_requested_context(sop_class, syntax)
tls = None
if authority != "-":
    tls = (ssl.create_default_context(cafile=authority), "localhost")
association = entity.associate("127.0.0.1", port, ae_title="INTERLEAVE", tls_args=tls)
if not association.is_established:
    sys.exit("no association")
print(f"{association.send_c_echo().Status:04X}")
for data_set in data_sets:
    print(f"{association.send_c_store(data_set).Status:04X}", flush=True)
association.release()
