from fastapi import FastAPI
from pydantic import BaseModel, Field


class Report(BaseModel):
    place: str
    celsius: float = Field(ge=-90)


app = FastAPI()


@app.get("/")
def report() -> Report:
    return Report(place="Bergen", celsius="7.5")
