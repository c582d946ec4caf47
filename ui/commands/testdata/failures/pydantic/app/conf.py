from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    shop_secret_key: str
    mail_host: str

settings = globals()["Settings"]()
