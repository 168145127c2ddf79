"""What the application finds in its environment under test. Importing this module sets it: import it first."""

import base64
import os

REGION = "eu-central-1"
SECRET = bytes(range(32))
LIVE_ENDPOINT = "http://127.0.0.1:9/live"  # nothing listens there: pushes are recorded, see support.pushes

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "EARSHOT_STAGE": "local",
    "EARSHOT_SECRET": base64.b64encode(SECRET).decode(),
    "EARSHOT_LIVE_ENDPOINT": LIVE_ENDPOINT,
    "EARSHOT_ORIGIN": "https://earshot.example",
}
_UNWANTED = (
    "EARSHOT_MAIL_FROM",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "EARSHOT_INSECURE_COOKIES",
)

for _name in _UNWANTED:
    os.environ.pop(_name, None)
os.environ.update(ENVIRONMENT)
