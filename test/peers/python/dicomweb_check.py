"""Stores a file by STOW-RS, waits until QIDO-RS finds it, and retrieves it in every form: dicomweb-client as a peer.

usage: dicomweb_check.py STOW-URL DICOMWEB-URL FILE
Prints one JSON object.
"""
import io
import json
import sys
import time

import pydicom
from dicomweb_client.api import DICOMwebClient

stow_url, url, path = sys.argv[1:]
sent = pydicom.dcmread(path)
place = (sent.StudyInstanceUID, sent.SeriesInstanceUID, sent.SOPInstanceUID)

response = DICOMwebClient(stow_url).store_instances(datasets=[sent])
client = DICOMwebClient(url)
found = []
for _ in range(300):
    found = client.search_for_instances(*place[:2], search_filters={"SOPInstanceUID": place[2]})
    if found:
        break
    time.sleep(0.2)

study = client.search_for_studies(search_filters={"StudyInstanceUID": place[0]})[0]
metadata = pydicom.Dataset.from_json(client.retrieve_instance_metadata(*place))
instance = client.retrieve_instance(*place)
frames = client.retrieve_instance_frames(*place, frame_numbers=[1])
rendered = client.retrieve_instance_rendered(*place, media_types=("image/png",))
print(
    json.dumps(
        {
            "stored": len(response.ReferencedSOPSequence),
            "found": len(found),
            "instancesOfStudy": pydicom.Dataset.from_json(study).NumberOfStudyRelatedInstances,
            "sameName": str(metadata.get("PatientName", "")) == str(sent.get("PatientName", "")),
            "sameElements": all(
                element.tag in metadata
                for element in sent
                if element.tag.element != 0 and element.tag <= 0x7FE00010
            ),
            "samePixels": instance.PixelData == sent.PixelData,
            "sameFrame": frames[0] == sent.PixelData[: len(frames[0])],
            "frameLength": len(frames[0]),
            "png": rendered[:4] == b"\x89PNG",
        }
    )
)
